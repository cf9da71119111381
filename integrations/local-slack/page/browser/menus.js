/** Opens a menu's list towards where there is room for it: to the right or the left, down or up. */
export function placeMenu(menu) {
  menu.removeAttribute("data-towards");
  const around = (menu.closest(".scroll, dialog") ?? document.body).getBoundingClientRect();
  const list = menu.querySelector(".menu-list").getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const across = own.left - around.left < list.width ? "right" : "left";
  const isLow = list.bottom > around.bottom && own.top - around.top > list.height;
  menu.dataset.towards = isLow ? `${across} up` : across;
}
